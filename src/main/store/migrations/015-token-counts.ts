/** How long the texts are that a model scored. */
export const sql = `
-- Tokens of the text that was scored, as the model's own tokenizer cuts it: with the special ones and
-- before it is cut at what the model reads. null = not counted, or scores of a model that is not
-- here. It stands beside the cosine, since it belongs to the same text and model, and filters read both.
ALTER TABLE scores ADD COLUMN tokens INTEGER;
`
