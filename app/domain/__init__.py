"""The rules of the product: values in, values out; no input, output, clock or chance of its own."""
