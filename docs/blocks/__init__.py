"""Makes the generated blocks of the documentation: tables of models and workloads, and measured figures."""
