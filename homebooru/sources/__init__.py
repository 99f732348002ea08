"""Those who may know a picture's tags, one module for each kind of site."""
