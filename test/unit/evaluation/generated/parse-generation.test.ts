import { describe, expect, test } from 'vitest'
import { parseGeneration } from '../../../../src/main/evaluation/generated/parse-generation.ts'
import { metadataOf, png } from './metadata.ts'

describe('plain text as AUTOMATIC1111 writes it', () => {
  const text = [
    'a red kite over <lora:oldMill:0.8> the mill,',
    'evening light',
    'Negative prompt: blurry,',
    'low quality',
    'Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.5, Seed: 3891045552, ' +
      'Size: 512x768, Model hash: 6ce0161689, Model: v1-5-pruned-emaonly, ' +
      'Lora hashes: "oldMill: 1f2e3d4c5b6a, other: 0a0b0c0d0e0f", ' +
      'ADetailer prompt: "a face, \\"smiling\\"\\nwarm", Version: v1.9.4',
  ].join('\n')

  test('gives prompt, settings and LoRAs, and guesses nothing', () => {
    const found = parseGeneration(png({ parameters: text }))
    expect(found).toEqual({
      program: 'automatic1111',
      version: 'v1.9.4',
      prompt: 'a red kite over <lora:oldMill:0.8> the mill,\nevening light',
      negativePrompt: 'blurry,\nlow quality',
      seed: '3891045552',
      steps: 20,
      guidance: 7.5,
      sampler: 'DPM++ 2M',
      scheduler: 'Karras',
      size: { width: 512, height: 768 },
      model: 'v1-5-pruned-emaonly',
      modelHash: '6ce0161689',
      loras: [
        { name: 'oldMill', weight: 0.8, hash: '1f2e3d4c5b6a' },
        { name: 'other', weight: null, hash: '0a0b0c0d0e0f' },
      ],
      origin: null,
      guessed: [],
      raw: text,
      problems: [],
    })
  })

  test.each([
    ['EXIF of a JPEG', metadataOf({ mime: 'image/jpeg', exif: { userComment: text } })],
    ['a comment of a JPEG', metadataOf({ texts: [{ keyword: 'Comment', text }] })],
    ['the alpha of the pixels', metadataOf({ hidden: text })],
  ])('is found in %s', (_, metadata) => {
    expect(parseGeneration(metadata)).toMatchObject({ seed: '3891045552', raw: text })
  })

  test.each([
    [
      'Steps: 4, Sampler: Euler, Schedule type: Simple, CFG scale: 1, Distilled CFG Scale: 3.5, Seed: 7, Size: 896x1152, Model: flux1-dev, Version: f2.0.1v1.10.1-previous-633-ge073e4ec',
      'forge',
    ],
    [
      'Steps: 20, Parser: Full parser, Seed: 5, Size: 1024x1024, Sampler: UniPC, CFG scale: 6, Model: x, App: SD.Next, Version: 7a0bfa1',
      'sd-next',
    ],
    [
      'Steps: 25, Sampler: DPM++ 2M Karras, CFG scale: 4, Seed: 99, Size: 832x1216, Version: ComfyUI',
      'comfyui',
    ],
    [
      'Steps: 25, Sampler: DPM++ 2M Karras, CFG scale: 4, Seed: 99, Size: 832x1216, Clip skip: 2',
      'automatic1111',
    ],
  ])('names the program: %s', (settings, program) => {
    const found = parseGeneration(png({ parameters: `a cat\n${settings}` }))
    expect(found).toMatchObject({ program, prompt: 'a cat', negativePrompt: '' })
    expect(found.seed).toBe(/Seed: (\d+)/.exec(settings)?.[1])
  })

  test('holds lists of JSON where Civitai names its resources', () => {
    const found = parseGeneration(
      png({
        parameters:
          'a boat\nNegative prompt: fog\nSteps: 30, Sampler: Euler a, CFG scale: 5, Seed: 12, Size: 832x1216, ' +
          'Created Date: 2024-11-02T09:14:11.1180470Z, Civitai resources: [{"type":"checkpoint","modelVersionId":128713,' +
          '"modelName":"Some, Model","modelVersionName":"8"},{"type":"lora","weight":0.7,"modelName":"Ink [v]","modelVersionName":"1.0"}], ' +
          'Civitai metadata: {"a":1}',
      }),
    )
    expect(found).toMatchObject({
      program: 'civitai',
      model: 'Some, Model 8',
      loras: [{ name: 'Ink [v] 1.0', weight: 0.7 }],
      size: { width: 832, height: 1216 },
    })
  })

  test('takes a last line of words with colons for words', () => {
    const words = 'two signs\nleft: stop, right: go, above: a clock'
    expect(parseGeneration(png({ parameters: words }))).toMatchObject({
      prompt: words,
      seed: null,
      guessed: ['prompt'],
    })
  })

  test('finds settings above the lines that an extension adds', () => {
    const found = parseGeneration(
      png({ parameters: 'a cat\nSteps: 20, Seed: 1, CFG scale: 7\nTemplate: a {cat|dog}' }),
    )
    expect(found).toMatchObject({ prompt: 'a cat', steps: 20, seed: '1' })
  })
})

describe('ComfyUI', () => {
  const simple = {
    3: {
      class_type: 'KSampler',
      inputs: {
        seed: 0, // put in below: more digits than a double holds
        steps: 20,
        cfg: 8,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 1,
        model: ['10', 0],
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['5', 0],
      },
    },
    4: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'sd15.safetensors' } },
    5: { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 640, batch_size: 1 } },
    6: { class_type: 'CLIPTextEncode', inputs: { text: 'a red kite', clip: ['4', 1] } },
    7: { class_type: 'CLIPTextEncode', inputs: { text: 'text, watermark', clip: ['4', 1] } },
    8: { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
    9: { class_type: 'SaveImage', inputs: { filename_prefix: 'ComfyUI', images: ['8', 0] } },
    10: {
      class_type: 'LoraLoader',
      inputs: {
        lora_name: 'ink.safetensors',
        strength_model: 0.6,
        strength_clip: 1,
        model: ['4', 0],
      },
    },
  }
  const text = JSON.stringify(simple).replace('"seed":0', '"seed":18446744073709551615,"x":[NaN]')

  test('the graph of the plain sampler is followed, and nothing of it guessed', () => {
    expect(parseGeneration(png({ prompt: text, workflow: '{}' }))).toMatchObject({
      program: 'comfyui',
      prompt: 'a red kite',
      negativePrompt: 'text, watermark',
      seed: '18446744073709551615',
      steps: 20,
      guidance: 8,
      sampler: 'euler',
      scheduler: 'normal',
      size: { width: 512, height: 640 },
      model: 'sd15.safetensors',
      loras: [{ name: 'ink.safetensors', weight: 0.6, hash: null }],
      guessed: [],
      raw: text,
    })
  })

  test('it is found in EXIF of a WebP', () => {
    const exif = { make: 'workflow:{"nodes":[]}', model: `prompt:${text}` }
    expect(parseGeneration(metadataOf({ mime: 'image/webp', exif })).prompt).toBe('a red kite')
  })

  test('a graph of Flux with a guider, noise and words of their own is followed', () => {
    const graph = {
      1: { class_type: 'SaveImage', inputs: { images: ['2', 0] } },
      2: { class_type: 'VAEDecode', inputs: { samples: ['3', 0] } },
      3: {
        class_type: 'SamplerCustomAdvanced',
        inputs: {
          noise: ['4', 0],
          guider: ['5', 0],
          sampler: ['6', 0],
          sigmas: ['7', 0],
          latent_image: ['8', 0],
        },
      },
      4: { class_type: 'RandomNoise', inputs: { noise_seed: ['13', 0] } },
      5: { class_type: 'BasicGuider', inputs: { model: ['9', 0], conditioning: ['10', 0] } },
      6: { class_type: 'KSamplerSelect', inputs: { sampler_name: 'dpmpp_2m' } },
      7: {
        class_type: 'BasicScheduler',
        inputs: { scheduler: 'beta', steps: 24, model: ['9', 0] },
      },
      8: { class_type: 'EmptySD3LatentImage', inputs: { width: 1024, height: 768 } },
      9: { class_type: 'UNETLoader', inputs: { unet_name: 'flux1-dev.safetensors' } },
      10: { class_type: 'FluxGuidance', inputs: { guidance: 3.5, conditioning: ['11', 0] } },
      11: { class_type: 'CLIPTextEncode', inputs: { text: ['12', 0] } },
      12: {
        class_type: 'StringConcatenate',
        inputs: { string_a: 'a boat', string_b: 'at dusk', delimiter: ', ' },
      },
      13: { class_type: 'PrimitiveInt', inputs: { value: 77 } },
    }
    const found = parseGeneration(png({ prompt: JSON.stringify(graph) }))
    expect(found).toMatchObject({
      prompt: 'a boat, at dusk',
      negativePrompt: null,
      seed: '77',
      steps: 24,
      guidance: 3.5,
      sampler: 'dpmpp_2m',
      scheduler: 'beta',
      size: { width: 1024, height: 768 },
      model: 'flux1-dev.safetensors',
      guessed: ['prompt'],
    })
  })

  test('of two samplers in a row the first gives the seed, and all is marked as guessed', () => {
    const graph = structuredClone(simple) as Record<string, { class_type: string; inputs: object }>
    graph['8'] = { class_type: 'VAEDecode', inputs: { samples: ['20', 0] } }
    graph['20'] = {
      class_type: 'KSampler',
      inputs: {
        seed: 2,
        steps: 9,
        cfg: 3,
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['3', 0],
      },
    }
    const found = parseGeneration(png({ prompt: JSON.stringify(graph) }))
    expect(found).toMatchObject({ seed: '0', steps: 20, prompt: 'a red kite' })
    expect(found.guessed).toEqual(expect.arrayContaining(['seed', 'prompt', 'model']))
  })

  test('a conditioning that is zeroed out is an empty negative prompt', () => {
    const graph = structuredClone(simple) as Record<string, { class_type: string; inputs: object }>
    graph['7'] = { class_type: 'ConditioningZeroOut', inputs: { conditioning: ['6', 0] } }
    expect(parseGeneration(png({ prompt: JSON.stringify(graph) })).negativePrompt).toBe('')
  })

  test('where there is only the workflow of the window, widgets are told by their place', () => {
    const workflow = {
      nodes: [
        {
          id: 1,
          type: 'KSampler',
          mode: 0,
          inputs: [
            { name: 'model', link: 1 },
            { name: 'positive', link: 2 },
            { name: 'negative', link: 3 },
            { name: 'latent_image', link: 4 },
          ],
          widgets_values: [42, 'randomize', 20, 8, 'euler', 'normal', 1],
        },
        { id: 2, type: 'CLIPTextEncode', inputs: [], widgets_values: ['a mill'] },
        { id: 3, type: 'CLIPTextEncode', inputs: [], widgets_values: ['fog'] },
        { id: 4, type: 'CheckpointLoaderSimple', widgets_values: ['m.safetensors'] },
        { id: 5, type: 'EmptyLatentImage', widgets_values: [640, 512, 1] },
        {
          id: 6,
          type: 'SaveImage',
          inputs: [{ name: 'images', link: 6 }],
          widgets_values: ['ComfyUI'],
        },
        { id: 7, type: 'VAEDecode', inputs: [{ name: 'samples', link: 5 }] },
      ],
      links: [
        [1, 4, 0, 1, 0, 'MODEL'],
        [2, 2, 0, 1, 1, 'CONDITIONING'],
        [3, 3, 0, 1, 2, 'CONDITIONING'],
        [4, 5, 0, 1, 3, 'LATENT'],
        [5, 1, 0, 7, 0, 'LATENT'],
        [6, 7, 0, 6, 0, 'IMAGE'],
      ],
    }
    const found = parseGeneration(png({ workflow: JSON.stringify(workflow) }))
    expect(found).toMatchObject({
      prompt: 'a mill',
      negativePrompt: 'fog',
      seed: '42',
      steps: 20,
      guidance: 8,
      sampler: 'euler',
      scheduler: 'normal',
      size: { width: 640, height: 512 },
      model: 'm.safetensors',
    })
    expect(found.guessed).toContain('seed')
  })

  test('a graph that runs in a circle ends', () => {
    const graph = {
      1: {
        class_type: 'KSampler',
        inputs: { seed: ['1', 0], positive: ['2', 0], negative: ['2', 0] },
      },
      2: {
        class_type: 'Odd',
        inputs: { conditioning: ['3', 0], cond_a: ['2', 0], text: ['2', 0] },
      },
      3: {
        class_type: 'Odd',
        inputs: { conditioning: ['2', 0], images: ['1', 0], cond_b: ['3', 0] },
      },
    }
    expect(parseGeneration(png({ prompt: JSON.stringify(graph) }))).toMatchObject({
      program: 'comfyui',
      prompt: null,
      seed: null,
    })
  })
})

test('InvokeAI of today, with its LoRAs', () => {
  const text = JSON.stringify({
    app_version: '5.4.2',
    generation_mode: 'sdxl_txt2img',
    positive_prompt: 'a tower',
    negative_prompt: 'fog',
    positive_style_prompt: '',
    width: 1024,
    height: 1024,
    seed: 4294967295,
    cfg_scale: 5.5,
    steps: 30,
    scheduler: 'dpmpp_2m_k',
    model: { key: 'k', hash: 'blake3:ab12', name: 'Juggernaut XL', base: 'sdxl', type: 'main' },
    loras: [{ model: { key: 'l', hash: 'blake3:cd', name: 'ink' }, weight: 0.75 }],
  })
  expect(parseGeneration(png({ invokeai_metadata: text }))).toMatchObject({
    program: 'invokeai',
    version: '5.4.2',
    prompt: 'a tower',
    negativePrompt: 'fog',
    seed: '4294967295',
    steps: 30,
    guidance: 5.5,
    sampler: 'dpmpp_2m_k',
    size: { width: 1024, height: 1024 },
    model: 'Juggernaut XL',
    modelHash: 'blake3:ab12',
    loras: [{ name: 'ink', weight: 0.75, hash: 'blake3:cd' }],
    guessed: [],
  })
})

test('InvokeAI of version 2 and its command line before', () => {
  const sd = JSON.stringify({
    model: 'stable diffusion',
    model_weights: 'stable-diffusion-1.5',
    model_hash: 'cc6cb27103',
    app_version: '2.3.5',
    image: {
      prompt: [{ prompt: 'a tower [fog]', weight: 1 }],
      steps: 50,
      cfg_scale: 7.5,
      sampler: 'k_lms',
      seed: 123,
      width: 512,
      height: 512,
    },
  })
  expect(parseGeneration(png({ 'sd-metadata': sd }))).toMatchObject({
    prompt: 'a tower',
    negativePrompt: 'fog',
    seed: '123',
    model: 'stable-diffusion-1.5',
    modelHash: 'cc6cb27103',
  })
  const dream = '"a tower at night [fog]" -s 50 -S 3357757885 -W 512 -H 640 -C 7.5 -A k_euler_a'
  expect(parseGeneration(png({ Dream: dream }))).toMatchObject({
    prompt: 'a tower at night',
    negativePrompt: 'fog',
    seed: '3357757885',
    steps: 50,
    guidance: 7.5,
    sampler: 'k_euler_a',
    size: { width: 512, height: 640 },
  })
})

test('Fooocus in its own scheme gives the prompt as it was typed', () => {
  const text = JSON.stringify({
    adm_guidance: '(1.5, 0.8, 0.3)',
    base_model: 'juggernautXL_v8',
    base_model_hash: 'aeb7e9e689',
    full_negative_prompt: ['ugly', 'fog'],
    full_prompt: ['cinematic still a tower . emotional', 'a tower'],
    guidance_scale: 4,
    loras: [['offset_0.1', 0.1, '4852686128']],
    metadata_scheme: 'fooocus',
    negative_prompt: 'fog',
    performance: 'Speed',
    prompt: 'a tower',
    resolution: '(1152, 896)',
    sampler: 'dpmpp_2m_sde_gpu',
    scheduler: 'karras',
    seed: '2403839201932',
    steps: 30,
    version: 'Fooocus v2.5.5',
  })
  const expected = {
    program: 'fooocus',
    version: 'Fooocus v2.5.5',
    prompt: 'a tower',
    negativePrompt: 'fog',
    seed: '2403839201932',
    steps: 30,
    guidance: 4,
    sampler: 'dpmpp_2m_sde_gpu',
    scheduler: 'karras',
    size: { width: 1152, height: 896 },
    model: 'juggernautXL_v8',
    modelHash: 'aeb7e9e689',
    loras: [{ name: 'offset_0.1', weight: 0.1, hash: '4852686128' }],
    guessed: [],
  }
  expect(parseGeneration(png({ parameters: text, fooocus_scheme: 'fooocus' }))).toMatchObject(
    expected,
  )
  const exif = { userComment: text, makerNote: 'fooocus' }
  expect(parseGeneration(metadataOf({ mime: 'image/jpeg', exif }))).toMatchObject(expected)
})

test('Fooocus in the scheme of A1111 keeps the raw prompt', () => {
  const parameters =
    'cinematic still a tower\nNegative prompt: ugly, fog\nSteps: 30, Sampler: DPM++ 2M SDE Karras, Seed: 5, CFG scale: 4, Size: 1152x896, ' +
    'Model hash: aeb7e9e689, Model: juggernautXL_v8, Raw prompt: "a tower, tall", Raw negative prompt: fog, ' +
    'Lora hashes: "ink: abcdef", Lora weights: "ink: 0.3", Version: Fooocus v2.5.5'
  expect(parseGeneration(png({ parameters, fooocus_scheme: 'a1111' }))).toMatchObject({
    program: 'fooocus',
    prompt: 'a tower, tall',
    negativePrompt: 'fog',
    loras: [{ name: 'ink', weight: 0.3, hash: 'abcdef' }],
  })
})

test('SwarmUI is read as JSON before it can be taken for plain text', () => {
  const parameters = JSON.stringify(
    {
      sui_image_params: {
        prompt: 'a tower',
        negativeprompt: '',
        model: 'Flux/flux1-dev-fp8',
        seed: 305223794,
        steps: 25,
        cfgscale: 1,
        width: 1024,
        height: 768,
        sampler: 'euler',
        scheduler: 'normal',
        loras: ['ink'],
        loraweights: ['0.8'],
        swarm_version: '0.9.5.0',
      },
      sui_extra_data: { date: '2025-02-03' },
      sui_models: [
        { name: 'Flux/flux1-dev-fp8.safetensors', param: 'model', hash: '0x1be9' },
        { name: 'ink.safetensors', param: 'loras', hash: '0x77' },
      ],
    },
    null,
    2,
  )
  expect(parseGeneration(png({ parameters }))).toMatchObject({
    program: 'swarmui',
    version: '0.9.5.0',
    prompt: 'a tower',
    negativePrompt: '',
    seed: '305223794',
    steps: 25,
    guidance: 1,
    size: { width: 1024, height: 768 },
    model: 'Flux/flux1-dev-fp8',
    modelHash: '0x1be9',
    loras: [{ name: 'ink', weight: 0.8, hash: '0x77' }],
  })
})

describe('NovelAI', () => {
  const Comment = JSON.stringify({
    prompt: 'a tower',
    steps: 28,
    height: 1216,
    width: 832,
    scale: 5.0,
    uncond_scale: 0,
    seed: 3417044607,
    noise_schedule: 'karras',
    sampler: 'k_euler_ancestral',
    v4_prompt: {
      caption: {
        base_caption: 'two girls, park',
        char_captions: [{ char_caption: 'red hat' }, { char_caption: 'blue hat' }],
      },
    },
    v4_negative_prompt: { caption: { base_caption: 'lowres', char_captions: [] } },
    uc: 'lowres',
  })
  const chunks = {
    Title: 'NovelAI generated image',
    Description: 'two girls, park',
    Software: 'NovelAI',
    Source: 'NovelAI Diffusion V4 37442FCA',
    Comment,
  }
  const expected = {
    program: 'novelai',
    prompt: 'two girls, park\nred hat\nblue hat',
    negativePrompt: 'lowres',
    seed: '3417044607',
    steps: 28,
    guidance: 5,
    sampler: 'k_euler_ancestral',
    scheduler: 'karras',
    size: { width: 832, height: 1216 },
    model: 'NovelAI Diffusion V4 37442FCA',
    modelHash: '37442FCA',
  }
  test('in chunks', () => expect(parseGeneration(png(chunks))).toMatchObject(expected))
  test('hidden in the alpha', () => {
    expect(parseGeneration(metadataOf({ hidden: JSON.stringify(chunks) }))).toMatchObject(expected)
  })
})

test('XMP and Content Credentials tell the origin and no prompt', () => {
  const xmp =
    '<x:xmpmeta><rdf:Description Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"/></x:xmpmeta>'
  expect(parseGeneration(metadataOf({ xmp }))).toMatchObject({
    program: null,
    prompt: null,
    origin: 'trainedAlgorithmicMedia',
  })
  const credentials = { digitalSourceType: 'compositeSynthetic', generator: 'x' }
  expect(parseGeneration(metadataOf({ xmp, credentials })).origin).toBe('compositeSynthetic')
  expect(parseGeneration(metadataOf()).origin).toBeNull()
})
