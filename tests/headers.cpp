// Nothing: it gives the precompiled headers of the tests a target.
