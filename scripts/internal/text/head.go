package text

import "sync"

// Head is a writer that keeps the first bytes which are written to it. It
// may be written to from several goroutines.
type Head struct {
	// Limit is how many bytes it keeps.
	Limit int
	// Full is called once it has that many, if it is set.
	Full func()

	mu   sync.Mutex
	kept []byte
}

// Write takes everything, whatever it keeps of it.
func (h *Head) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before := len(h.kept)
	h.kept = append(h.kept, p[:min(len(p), h.Limit-before)]...)
	if h.Full != nil && before < h.Limit && len(h.kept) == h.Limit {
		h.Full()
	}
	return len(p), nil
}

// String returns what was kept.
func (h *Head) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return string(h.kept)
}

// Reset forgets what was kept.
func (h *Head) Reset() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.kept = nil
}
