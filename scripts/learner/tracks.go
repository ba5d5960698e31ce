package learner

import (
	"slices"

	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// inPlay returns the steps that a learner is asked about: those of the first track, and of
// each later one as soon as they have begun it. Who stops after a track has a finished thing.
func inPlay(s *session.Session) ([]steps.Step, error) {
	tracks, err := s.Workshop.Tracks()
	if err != nil {
		return nil, err
	}
	list := tracks[0]
	for _, track := range tracks[1:] {
		if slices.ContainsFunc(track, func(step steps.Step) bool { return !step.Untouched() }) {
			list = append(list, track...)
		}
	}
	return list, nil
}

// trackOf returns the track that a step is in, and the one after it, or nil.
func trackOf(step steps.Step) (track, next []steps.Step, err error) {
	tracks, err := step.Workshop.Tracks()
	if err != nil {
		return nil, nil, err
	}
	for i := range tracks {
		if !slices.ContainsFunc(tracks[i], func(s steps.Step) bool { return s.Name == step.Name }) {
			continue
		}
		if i+1 < len(tracks) {
			next = tracks[i+1]
		}
		return tracks[i], next, nil
	}
	return nil, nil, nil
}
