"""What a running gallery is made of: a web server and a worker that are looked after."""
