"""System to Prometheus rules: indicators, records, burn-rate alerts, absence, standard alerts."""
