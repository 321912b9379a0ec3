throw new Error("canary: expected a test, got an exception");
