"""What runs: scraping, evaluating and notifying without a Prometheus. All effects go through ports."""
