"""Text as a reader takes it: words, sentences, what markup and encodings hide."""
