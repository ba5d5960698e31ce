module tokenauth.example/keys

go 1.26.0

require (
	github.com/golang-jwt/jwt/v5 v5.3.1
	github.com/stretchr/testify v1.12.1
	tokenauth.example/login v0.0.0
	tokenauth.example/password v0.0.0
	tokenauth.example/scopes v0.0.0
	tokenauth.example/sessions v0.0.0
	tokenauth.example/tasks v0.0.0
	tokenauth.example/token v0.0.0
	tokenauth.example/users v0.0.0
	tokenauth.example/verifier v0.0.0
)

require (
	github.com/dustin/go-humanize v1.1.0 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/ncruces/go-strftime v1.1.0 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	modernc.org/libc v1.79.0 // indirect
	modernc.org/mathutil v1.7.1 // indirect
	modernc.org/memory v1.12.1 // indirect
	modernc.org/sqlite v1.61.1 // indirect
	tokenauth.example/auth v0.0.0 // indirect
)

replace (
	tokenauth.example/auth => ../../solutions/06-current-user
	tokenauth.example/login => ../../solutions/05-token-endpoint
	tokenauth.example/password => ../../solutions/01-hash-passwords
	tokenauth.example/scopes => ../../solutions/09-roles-and-scopes
	tokenauth.example/sessions => ../../solutions/10-refresh-and-log-out
	tokenauth.example/tasks => ../../solutions/07-protected-tasks
	tokenauth.example/token => ../../solutions/02-issue-tokens
	tokenauth.example/users => ../../solutions/04-store-users
	tokenauth.example/verifier => ../../solutions/03-verify-tokens
)
