package contract

// Reasons that several sections give.
const (
	theContract = "The contract"
	forFields   = "The contract: 422 for a missing or wrongly typed field"
	forJSON     = "The contract: 400 for what is not JSON, and for trailing data"
)
