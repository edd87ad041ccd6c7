# Two commands are the promise of the README; each does all its own set-up:
#
#   make demo            a whole run, from `kubectl apply` to the transcripts
#   make test            all tests; `make test T=budget` for the files whose path contains "budget"
#
# The others serve them. `make e2e` tests the images and the chart with Docker and on a node: for root on Linux.

export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: demo test e2e check format generate manifests setup browser models bench-speech bench-genesys clean

demo: setup models
	@KEEP=$(KEEP) node demo/demo.ts

test: setup browser models
	@CALLSCRIBE_WHOLE_SUITE=$(if $(T),,1) vitest run --project unit --project system --project chart $(T)

e2e: setup models
	@./hack/setup-e2e.sh
	@vitest run --project installed $(T)

check: setup
	@npm run --silent check

format: setup
	@npm run --silent format

generate: setup
	@npm run --silent generate

manifests: setup
	@node hack/manifests.ts

setup:
	@./hack/setup.sh

browser: setup
	@./hack/browser.sh

models: setup
	@node hack/models.ts

bench-speech: setup models
	@node hack/bench-speech.ts

bench-genesys: setup
	@node hack/bench-genesys.ts

clean:
	rm -rf node_modules
