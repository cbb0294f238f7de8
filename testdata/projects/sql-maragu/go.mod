module example.com/forge

require (
	github.com/golang-migrate/migrate/v4 v4.17.1
	github.com/maragudk/migrate v0.4.3
)
