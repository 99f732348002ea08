"""What people keep for themselves: favourites, pools, saved searches, and what they asked before."""
