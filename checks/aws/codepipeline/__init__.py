"""CodePipeline: the pipelines that release AI systems, as far as systems name them."""
