// Loaded before each file that uses fast-check: the seed of the run is the seed of its properties, and what one of
// them says when it fails holds the assertion that failed.
import fc from "fast-check";

fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  seed: Number(process.env["TEST_SEED"] ?? 1),
  includeErrorInReport: true,
});
