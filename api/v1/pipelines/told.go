package pipelines

import (
	"context"

	"github.com/cabinetdesk/cabinet/api/story"
	"github.com/cabinetdesk/cabinet/changes/pipeline"
)

// Told adds to the parts of a change's history its runs and deployments: what each is, to be read after what happened to it.
func Told(ctx context.Context, s *pipeline.Service, number string, parts story.Parts) error {
	d, err := s.Of(ctx, number)
	if err != nil {
		return err
	}
	runs, deployments := map[string]string{}, map[string]string{}
	for _, r := range d.Runs {
		runs[r.Ref] = " " + r.Name + " of " + d.Pipelines[r.PipelineID].Name + " for " + r.Environment
	}
	for _, x := range d.Deployments {
		deployments[x.Ref] = " " + x.Artifact[:min(19, len(x.Artifact))] + "… to " + x.Environment
	}
	parts[story.Run], parts[story.Deployment] = runs, deployments
	return nil
}
