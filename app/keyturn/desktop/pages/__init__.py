"""The assistant's pages: each shows one state of the flow and says what the person wants; none decides anything."""
