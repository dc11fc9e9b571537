"""The pages that people look at: plain files, which ask the API and nobody else."""
