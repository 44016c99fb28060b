"""Ready-made checks, one a module; each takes the options of `surefoot.health.check` as well."""
