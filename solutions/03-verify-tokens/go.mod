module tokenauth.example/verifier

go 1.26.0

require (
	github.com/golang-jwt/jwt/v5 v5.3.1
	github.com/stretchr/testify v1.12.1
	tokenauth.example/password v0.0.0
	tokenauth.example/token v0.0.0
)

require go.yaml.in/yaml/v3 v3.0.5 // indirect

replace (
	tokenauth.example/password => ../01-hash-passwords
	tokenauth.example/token => ../02-issue-tokens
)
