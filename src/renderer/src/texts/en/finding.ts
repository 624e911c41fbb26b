/** Looking for text in pictures. */
export const finding = {
  title: 'Find text in pictures',
  command: 'Find text in pictures…',
  text: 'Text in a picture that repeats its caption lifts CLIP scores. Every picture is looked at once. Then filters such as text-in-image:yes, text-area>0.1 and caption-in-image>0.5 can be used.',
  model: 'Model',
  reads: 'finds and reads',
  findsOnly: 'finds, does not read',
  scope: 'Pictures',
  scopes: { all: 'of all pairs', filter: 'of the filter', selection: 'of the selection' },
  pairs: '{n} pair | {n} pairs',
  start: 'Find text',
  running: 'Looking for text…',
  cancel: 'Cancel',
  noModel:
    'No model on this machine finds text. Add a folder with det.onnx (and rec.onnx, to read what is found), such as an ONNX export of PP-OCR or of docTR, or a repository of the hub.',
  toModels: 'Models…',
} as const
