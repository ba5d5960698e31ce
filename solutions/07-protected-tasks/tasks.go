// Package tasks serves tasks that only their owner can see.
package tasks

import (
	"errors"
	"log/slog"
	"net/http"
	"unicode/utf8"

	"tokenauth.example/auth"
	"tokenauth.example/login/api"
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
//
//workshop:todo 5 make a task of the body's title for the owner, and answer with it.
//workshop:todo 6 refuse a title that is missing, empty or too long.
//workshop:stub w.WriteHeader(http.StatusNotImplemented)
func (h *handler) create(w http.ResponseWriter, r *http.Request, owner users.User) {
	var body struct {
		Title string `json:"title"`
	}
	if !api.Read(w, r, &body) {
		return
	}
	if body.Title == "" || utf8.RuneCountInString(body.Title) > MaxTitle {
		api.Fail(w, http.StatusUnprocessableEntity, "invalid_request", "A task needs a title of 1 to 500 characters")
		return
	}
	task, err := h.store.Create(r.Context(), owner.ID, body.Title)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	w.Header().Set("Location", "/tasks/"+task.ID)
	api.Write(w, http.StatusCreated, task)
}

// list answers 200 with all of the owner's tasks.
//
//workshop:todo 7 answer with the owner's tasks.
//workshop:stub w.WriteHeader(http.StatusNotImplemented)
func (h *handler) list(w http.ResponseWriter, r *http.Request, owner users.User) {
	list, err := h.store.List(r.Context(), owner.ID)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	api.Write(w, http.StatusOK, list)
}

// get answers 200 with the owner's task whose id is in the path.
//
//workshop:todo 8 answer with the owner's task that the path names.
//workshop:stub w.WriteHeader(http.StatusNotImplemented)
func (h *handler) get(w http.ResponseWriter, r *http.Request, owner users.User) {
	task, err := h.store.Get(r.Context(), owner.ID, r.PathValue("id"))
	if err != nil {
		h.fail(w, r, err)
		return
	}
	api.Write(w, http.StatusOK, task)
}

// delete removes the owner's task whose id is in the path, and answers 204 without a body.
//
//workshop:todo 9 delete the owner's task that the path names, and say that it is done.
//workshop:stub w.WriteHeader(http.StatusNotImplemented)
func (h *handler) delete(w http.ResponseWriter, r *http.Request, owner users.User) {
	if err := h.store.Delete(r.Context(), owner.ID, r.PathValue("id")); err != nil {
		h.fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// fail answers an error of the store: 404 not_found for ErrNotFound, 409 too_many_tasks for
// ErrTooMany, and 500 by api.ServerError for any other. There is one answer for a task of
// somebody else and for none, to the byte.
//
//workshop:todo 10 answer each error of the store, and tell strangers nothing.
//workshop:stub w.WriteHeader(http.StatusNotImplemented)
func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, ErrNotFound):
		api.Fail(w, http.StatusNotFound, "not_found", "There is no such task")
	case errors.Is(err, ErrTooMany):
		api.Fail(w, http.StatusConflict, "too_many_tasks", "There is no room for more than 1000 tasks: delete one first")
	default:
		api.ServerError(w, r, h.log, err)
	}
}
