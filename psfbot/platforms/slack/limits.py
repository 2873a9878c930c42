"""How much Slack takes; a message that is one character longer is refused as a whole."""

BLOCKS = 50
SECTION = 3000
BUTTONS = 25
"""Elements of one actions block."""
BUTTON = 75
VALUE = 2000
TITLE = 24
"""Of a modal; its buttons take no more either."""
LABEL = 2000
HINT = 150
"""Of a placeholder."""
PRIVATE = 3000
HOME_BLOCKS = 100
IN_ALL = 13_000
"""Characters of a message's blocks together, as JSON: Slack writes nothing down, and refuses a little above this."""
FALLBACK = 4000
"""Characters of the text beside the blocks: notifications show its beginning, and screen readers read it."""
