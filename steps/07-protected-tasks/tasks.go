// Package tasks serves tasks that only their owner can see.
package tasks

import (
	"log/slog"
	"net/http"

	"tokenauth.example/auth"
	"tokenauth.example/users"
)

// New returns a handler for /tasks and /tasks/{id}, for the user who is asking. Put
// it behind auth.Require.
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

// create makes a task of {"title"}, and answers 201 with it and where it is.
func (h *handler) create(w http.ResponseWriter, r *http.Request, owner users.User) {
	// TODO 5: read the body with api.Read into a struct that has a title and
	//   nothing else, so that a client cannot choose an owner or an id. Create
	//   the task for the owner, and answer 201 with it and with the header
	//   Location: /tasks/ and its id. For an error call api.ServerError.
	// TODO 6: answer 422 invalid_request if the title is missing or empty.
	w.WriteHeader(http.StatusNotImplemented)
}

// list answers 200 with the owner's tasks.
func (h *handler) list(w http.ResponseWriter, r *http.Request, owner users.User) {
	// TODO 7: answer with what the store lists for the owner.
	w.WriteHeader(http.StatusNotImplemented)
}

// get answers 200 with the owner's task that the path names.
func (h *handler) get(w http.ResponseWriter, r *http.Request, owner users.User) {
	// TODO 8: get the task, whose id is r.PathValue("id"). Let fail answer an
	//   error.
	w.WriteHeader(http.StatusNotImplemented)
}

// delete removes the owner's task that the path names, and answers 204.
func (h *handler) delete(w http.ResponseWriter, r *http.Request, owner users.User) {
	// TODO 9: delete the task and answer 204 without a body. Let fail answer an
	//   error.
	w.WriteHeader(http.StatusNotImplemented)
}

// fail answers 404 not_found for ErrNotFound, and 500 for any other error. There is
// one answer for a task of somebody else and for none, to the byte.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	// TODO 10: answer 404 not_found for ErrNotFound, and call api.ServerError
	//   for any other.
	w.WriteHeader(http.StatusNotImplemented)
}
