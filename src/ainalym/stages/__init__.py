"""Steps of the model: labelled arrays in, labelled arrays out."""
