"""Views of duties: the home page 待办, the list 督办, one duty, coverage."""
