"""BigQuery, and Google's catalogue of data: the tables that training data lies in, and what people wrote of them."""
