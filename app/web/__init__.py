"""Pages for people, where a mail or a link has to lead somewhere; apps need none of them."""
