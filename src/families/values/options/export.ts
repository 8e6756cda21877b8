/** Options of `export` for models of values. */
import { oneOf, options, text, whole } from '../../../options.ts'
import { arithmetics, operatorKinds, pixelKinds } from '../../choices.ts'
import { clipOptions, gaussianOptions, guidanceOptions, moreGuidanceOptions } from '../../options.ts'

const oneFile = 'With --one-file'
const { sampler, steps, ...moreSampling } = gaussianOptions
const { guidanceRescale, guidanceInterval, negative } = moreGuidanceOptions

/** How the sampler of a file samples. */
export const samplerFileOptions = options({
  sampler: { ...sampler, group: oneFile },
  steps: { ...steps, group: oneFile },
  guidance: {
    ...guidanceOptions.guidance,
    help: 'make the file for class guidance: w is one of its inputs, and this w is tried',
    group: oneFile,
  },
  pixels: {
    flags: '--pixels <kind>',
    help: `pictures as ${pixelKinds.join(' or ')}: float32 from 0 to 1, or uint8 (default: float)`,
    parse: oneOf(pixelKinds),
    group: oneFile,
  },
  operators: {
    flags: '--operators <which>',
    help: `${operatorKinds.join(' or ')}: standard ones for any runtime (default), or ONNX Runtime's own for processors like this one, somewhat faster; needs --batch`,
    parse: oneOf(operatorKinds),
    group: oneFile,
  },
  check: {
    flags: '--check <n>',
    help: 'items to draw by the file and by us, to compare and to time; 0: none (default: 4)',
    parse: whole({ min: 0, max: 64 }),
    group: oneFile,
  },
  ...moreSampling,
  ...clipOptions,
  guidanceRescale,
  guidanceInterval,
  negative: { ...negative, conflicts: [] },
})

/** What the network alone, and reference values, take; the latter is a file's name. */
export const networkOptions = options({
  arithmetic: {
    flags: '--arithmetic <kind>',
    help: `${arithmetics.join(', ')} (default: float32). int8: convolutions in whole numbers, by ranges that are measured first; for processors`,
    parse: oneOf(arithmetics),
  },
  reference: {
    flags: '--reference <file>',
    help: 'a .safetensors file of x, t, class_labels and output, to check other code',
    parse: text,
  },
})

export const exportOptions = options({
  ...networkOptions,
  oneFile: {
    flags: '--one-file <file>',
    help: 'an .onnx file of network, sampler and loop: input noise, output items',
    parse: text,
  },
  ...samplerFileOptions,
})
