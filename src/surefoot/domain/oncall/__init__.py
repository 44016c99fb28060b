"""Who is on call: schedules as exact functions of time, and what a year of them is like."""
