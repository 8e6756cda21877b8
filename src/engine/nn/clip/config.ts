/** Configurations of CLIP's towers: the fields, names and defaults of transformers, checked. */
import { badField, checkConfig, count, type FieldRule, layerCount, oneOf, positiveNumber } from '../check-config.ts'
import { clipActivations, type ClipLayerFields } from './transformer.ts'

/** What every configuration of transformers may say, and what says nothing about the numbers that a network computes. */
const elsewhere: ReadonlySet<string> = new Set(
  `
  architectures model_type transformers_version torch_dtype dtype use_cache return_dict attention_dropout
  dropout initializer_factor initializer_range torchscript use_bfloat16 output_attentions output_hidden_states
  tie_word_embeddings tokenizer_class prefix problem_type finetuning_task id2label label2id
  task_specific_params is_decoder is_encoder_decoder sep_token_id decoder_start_token_id max_length min_length
  do_sample early_stopping num_beams num_beam_groups diversity_penalty temperature top_k top_p typical_p
  repetition_penalty length_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size bad_words_ids
  output_scores num_return_sequences return_dict_in_generate forced_bos_token_id forced_eos_token_id
  remove_invalid_values exponential_decay_length_penalty suppress_tokens begin_suppress_tokens
  tie_encoder_decoder tf_legacy_loss chunk_size_feed_forward cross_attention_hidden_size add_cross_attention
  pruned_heads
  `
    .trim()
    .split(/\s+/),
)

/** Rules of the fields that both towers have. */
export const layerRules: Readonly<Record<keyof ClipLayerFields, FieldRule>> = {
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: layerCount,
  num_attention_heads: count,
  hidden_act: oneOf(...Object.keys(clipActivations)),
  layer_norm_eps: positiveNumber,
}

/**
 * The full configuration, defaults filled in and everything checked. Fields of transformers that change no number are passed over.
 *
 * @throws TweedieError `model` that names the field, its value and what is allowed
 */
export function completeClip<T extends ClipLayerFields>(
  className: string,
  config: object,
  defaults: T,
  rules: Partial<Record<keyof T, FieldRule>>,
): T {
  const said = Object.fromEntries(
    Object.entries(config).filter(([field]) => Object.hasOwn(defaults, field) || !elsewhere.has(field)),
  )
  const full = checkConfig(className, said, defaults, rules)
  const { hidden_size: width, num_attention_heads: heads } = full
  if (width % heads !== 0)
    throw badField(className, 'hidden_size', width, `a multiple of num_attention_heads = ${heads}`)
  return Object.freeze(full)
}
