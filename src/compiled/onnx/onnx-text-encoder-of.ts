/** A text encoder that is a part of a model folder, as an ONNX file. */
import { textEncoderClasses, textEncoderFromConfig } from '../../engine/nn/text-encoder-registry.ts'
import type { TextEncoder } from '../../engine/nn/text-encoder.ts'
import { onnxFileOf } from './onnx-file.ts'
import type { OnnxPart } from './onnx-part.ts'
import { onnxTextEncoder } from './onnx-text-encoder.ts'

/** The text encoder of a part. @throws TweedieError `model` as `onnxTextEncoder` */
export function onnxTextEncoderOf({ className, config, onnx }: OnnxPart): TextEncoder {
  const known = textEncoderClasses.includes(className) ? textEncoderFromConfig(className, config) : undefined
  return { ...onnxTextEncoder(onnxFileOf(onnx['model']!), { known }), onnx }
}
