"""Pages and answers about what people keep: favourites, pools, saved searches and past ones."""
