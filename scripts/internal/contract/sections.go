package contract

// Sections are the whole contract, in its own order.
func Sections() []Section {
	return []Section{
		{"sign-up", "POST /users signs a user up", signUp()},
		{"log-in", "POST /auth/token gives a token for a password", logIn()},
		{"bearer", "How a token is shown, and what is asked before it", bearerRules()},
		{"tokens", "Which tokens are good", tokenRules()},
		{"me", "GET /auth/me says who is asking", me()},
		{"tasks", "/tasks and /tasks/{id} keep a user's tasks", tasks()},
		{"ownership", "A task of somebody else is a task that is not there", ownership()},
		{"errors", "Errors have one form, and tell nothing to attackers", errorRules()},
		{"limits", "What is too large is refused before it is read", limits()},
		{"shapes", "No request of any shape gets a 500, a panic or a hang", shapes()},
		{"together", "Requests at the same time", together()},
		{"service", "/healthz, /openapi.json and /docs", service()},
	}
}
