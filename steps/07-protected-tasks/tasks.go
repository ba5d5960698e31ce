// Package tasks serves tasks that only their owner can see.
package tasks

import (
	"log/slog"
	"net/http"

	"tokenauth.example/auth"
	"tokenauth.example/users"
)

// MaxTitle is how many characters a title may have.
const MaxTitle = 500

// New returns a handler for /tasks and /tasks/{id}, for the user who is asking. Put it
// behind auth.Require.
func New(store *Store, log *slog.Logger) http.Handler {
	h := &handler{store: store, log: log}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /tasks", auth.ForUser(h.create))
	mux.HandleFunc("GET /tasks", auth.ForUser(h.list))
	mux.HandleFunc("GET /tasks/{id}", auth.ForUser(h.get))
	mux.HandleFunc("DELETE /tasks/{id}", auth.ForUser(h.delete))
	return mux
}

type handler struct {
	store *Store
	log   *slog.Logger
}

// create makes a task of {"title"}, which belongs to the user who is asking, and answers 201
// with the task, and with its path in the header Location. What else is in the body changes
// nothing.
//
// It answers 422 invalid_request for a title that is missing or empty, or has more than
// MaxTitle characters; what api.Read and fail answer, for the rest.
func (h *handler) create(w http.ResponseWriter, r *http.Request, owner users.User) {
	// TODO 5: make a task of the body's title for the owner, and answer with it.
	// TODO 6: refuse a title that is missing, empty or too long.
	w.WriteHeader(http.StatusNotImplemented)
}

// list answers 200 with all of the owner's tasks.
func (h *handler) list(w http.ResponseWriter, r *http.Request, owner users.User) {
	// TODO 7: answer with the owner's tasks.
	w.WriteHeader(http.StatusNotImplemented)
}

// get answers 200 with the owner's task whose id is in the path.
func (h *handler) get(w http.ResponseWriter, r *http.Request, owner users.User) {
	// TODO 8: answer with the owner's task that the path names.
	w.WriteHeader(http.StatusNotImplemented)
}

// delete removes the owner's task whose id is in the path, and answers 204 without a body.
func (h *handler) delete(w http.ResponseWriter, r *http.Request, owner users.User) {
	// TODO 9: delete the owner's task that the path names, and say that it is
	//   done.
	w.WriteHeader(http.StatusNotImplemented)
}

// fail answers an error of the store: 404 not_found for ErrNotFound, 409 too_many_tasks for
// ErrTooMany, and 500 by api.ServerError for any other. There is one answer for a task of
// somebody else and for none, to the byte.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	// TODO 10: answer each error of the store, and tell strangers nothing.
	w.WriteHeader(http.StatusNotImplemented)
}
