// Package tasks serves tasks that only their owner can see.
package tasks

import (
	"errors"
	"log/slog"
	"net/http"

	"tokenauth.example/auth"
	"tokenauth.example/login/api"
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
//
//workshop:todo 5 read the body with api.Read into a struct that has a title and nothing else, so that a client cannot choose an owner or an id. Create the task for the owner, and answer 201 with it and with the header Location: /tasks/ and its id. For an error call api.ServerError.
//workshop:todo 6 answer 422 invalid_request if the title is missing or empty.
//workshop:stub w.WriteHeader(http.StatusNotImplemented)
func (h *handler) create(w http.ResponseWriter, r *http.Request, owner users.User) {
	var body struct {
		Title string `json:"title"`
	}
	if !api.Read(w, r, &body) {
		return
	}
	if body.Title == "" {
		api.Fail(w, http.StatusUnprocessableEntity, "invalid_request", "A task needs a title")
		return
	}
	task, err := h.store.Create(r.Context(), owner.ID, body.Title)
	if err != nil {
		api.ServerError(w, r, h.log, err)
		return
	}
	w.Header().Set("Location", "/tasks/"+task.ID)
	api.Write(w, http.StatusCreated, task)
}

// list answers 200 with the owner's tasks.
//
//workshop:todo 7 answer with what the store lists for the owner.
//workshop:stub w.WriteHeader(http.StatusNotImplemented)
func (h *handler) list(w http.ResponseWriter, r *http.Request, owner users.User) {
	list, err := h.store.List(r.Context(), owner.ID)
	if err != nil {
		api.ServerError(w, r, h.log, err)
		return
	}
	api.Write(w, http.StatusOK, list)
}

// get answers 200 with the owner's task that the path names.
//
//workshop:todo 8 get the task, whose id is r.PathValue("id"). Let fail answer an error.
//workshop:stub w.WriteHeader(http.StatusNotImplemented)
func (h *handler) get(w http.ResponseWriter, r *http.Request, owner users.User) {
	task, err := h.store.Get(r.Context(), owner.ID, r.PathValue("id"))
	if err != nil {
		h.fail(w, r, err)
		return
	}
	api.Write(w, http.StatusOK, task)
}

// delete removes the owner's task that the path names, and answers 204.
//
//workshop:todo 9 delete the task and answer 204 without a body. Let fail answer an error.
//workshop:stub w.WriteHeader(http.StatusNotImplemented)
func (h *handler) delete(w http.ResponseWriter, r *http.Request, owner users.User) {
	if err := h.store.Delete(r.Context(), owner.ID, r.PathValue("id")); err != nil {
		h.fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// fail answers 404 not_found for ErrNotFound, and 500 for any other error. There is
// one answer for a task of somebody else and for none, to the byte.
//
//workshop:todo 10 answer 404 not_found for ErrNotFound, and call api.ServerError for any other.
//workshop:stub w.WriteHeader(http.StatusNotImplemented)
func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, ErrNotFound) {
		api.Fail(w, http.StatusNotFound, "not_found", "There is no such task")
		return
	}
	api.ServerError(w, r, h.log, err)
}
