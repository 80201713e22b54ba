"""Work outside of web requests: jobs that wait once, locks, what to do when a server is down."""
