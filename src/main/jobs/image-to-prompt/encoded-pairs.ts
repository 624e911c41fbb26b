/** Pairs of pictures and true prompts, encoded. */
export interface EncodedPairs {
  /** Unit rows of the distinct pictures. */
  pictures: Float32Array
  /** Of each pair, the place of its picture. */
  pictureOf: Int32Array
  truths: string[]
  /** Unit rows of the true prompts in the space of the prediction. */
  truthRows: Float32Array
}
