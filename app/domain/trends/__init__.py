"""What a diary tells about a treatment: plain arithmetic over weekly rows, one file per method."""
