package learner

import (
	"encoding/json"
	"os"
	"path/filepath"

	"tokenauth.example/scripts/internal/session"
)

// score is how somebody has played.
type score struct {
	Played    map[string]bool // by "step/card"
	Right, Of int
}

func scoreFile(s *session.Session) string { return s.Workshop.Path(".workshop", "spot.json") }

// loadScore reads the score. If it cannot be read, the game begins again.
func loadScore(s *session.Session) *score {
	sc := &score{}
	if content, err := os.ReadFile(scoreFile(s)); err == nil {
		_ = json.Unmarshal(content, sc)
	}
	if sc.Played == nil {
		sc.Played = map[string]bool{}
	}
	return sc
}

// save keeps the score. Where it cannot, a puzzle may come twice.
func (sc *score) save(s *session.Session) {
	content, err := json.Marshal(sc)
	if err != nil || os.MkdirAll(filepath.Dir(scoreFile(s)), 0o755) != nil {
		return
	}
	_ = os.WriteFile(scoreFile(s), content, 0o644)
}
