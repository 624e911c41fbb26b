import { UnusableFolder } from '../hub-layout.ts'

export const TITLE = 'a model that finds text'

export function unusableTextModel(folder: string, lacks: string[]): UnusableFolder {
  return new UnusableFolder(
    folder,
    TITLE,
    lacks,
    'A folder holds det.onnx, a graph from a picture to a map of probabilities, and if text is to be read rec.onnx with its characters. docs/models.md describes it.',
  )
}
