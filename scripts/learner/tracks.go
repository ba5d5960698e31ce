package learner

import (
	"slices"

	"tokenauth.example/scripts/internal/steps"
)

// inPlay returns the steps that a learner is asked about: those of the first track, and of each
// later one as soon as it is begun. It is begun when one of its files was changed, or when every
// step before it is taken from the reference. Somebody who stops after a track has a finished
// thing.
func inPlay(tracks [][]steps.Step, reference map[string]bool) []steps.Step {
	list := tracks[0]
	for _, track := range tracks[1:] {
		own := func(step steps.Step) bool { return !reference[step.Name] }
		touched := func(step steps.Step) bool { return !step.Untouched() }
		if !slices.ContainsFunc(list, own) || slices.ContainsFunc(track, touched) {
			list = slices.Concat(list, track)
		}
	}
	return list
}

// trackOf returns the track that a step is in, and the one after it, or nil.
func trackOf(tracks [][]steps.Step, step steps.Step) (track, next []steps.Step) {
	for i := range tracks {
		if tracks[i][len(tracks[i])-1].Name < step.Name {
			continue
		}
		if i+1 < len(tracks) {
			next = tracks[i+1]
		}
		return tracks[i], next
	}
	return nil, nil
}
