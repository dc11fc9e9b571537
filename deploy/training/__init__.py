"""Training of what ships beside the code: reading labelled texts, fitting, measuring, writing model and card."""
