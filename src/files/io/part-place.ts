/** Where the files of a part lie. */

/** Which ONNX file of a part lies where, by what it is: `model`, or `encoder` and `decoder`. */
export type OnnxPaths = Readonly<Record<string, string>>

/** Where one part lies. */
export interface PartPlace {
  /** Its name in the model: `unet`, `vae`, … */
  readonly name: string
  /** From `model_index.json`; undefined without one: then the part's own configuration has it. */
  readonly library?: string | undefined
  readonly className?: string | undefined
  /** The folder that it lies in, with a slash at its end; empty: the model's own. */
  readonly folder: string
  /** The ONNX files that it is, if it has no weights. */
  readonly onnx?: OnnxPaths | undefined
}
