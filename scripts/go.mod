module tokenauth.example/scripts

go 1.26.0
