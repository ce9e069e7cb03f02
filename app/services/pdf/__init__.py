"""Reports as PDF: the only package that knows the PDF library, loaded when the first report is printed."""
