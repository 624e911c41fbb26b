import {
  createBufferInfoFromArrays,
  createProgramInfo,
  createTexture,
  createVertexArrayInfo,
  drawBufferInfo,
  setTextureFromArray,
  setUniforms,
} from 'twgl.js'
import type { BufferInfo, ProgramInfo, VertexArrayInfo } from 'twgl.js'
import type { Camera, Pane } from './camera.ts'
import type { Points } from './points.ts'

/** How a point is drawn: outside the filter, of it, selected. */
export const OUTSIDE = 0
export const KEPT = 1
export const SELECTED = 2

export interface Look {
  /** 256 colours of four bytes. */
  palette: Uint8Array
  /** Red, green, blue in 0..1. */
  accent: readonly [number, number, number]
  outside: readonly [number, number, number]
  shade: readonly [number, number, number]
  ground: readonly [number, number, number]
  text: readonly [number, number, number]
}

export interface MapDrawing {
  setPoints(points: Points, states: Uint8Array): void
  setStates(states: Uint8Array): void
  setLook(look: Look): void
  draw(camera: Camera, pane: Pane, ratio: number): void
  free(): void
}

/** What is selected has a rim, so much wider than the point, px. */
export const RIM = 5

/**
 * From this size on a point has a line around it, so much of the colour of texts: the ends of the
 * scale are near to the ground of one theme or the other. Px.
 */
export const OUTLINED = 4.5
export const OUTLINE = 0.45

/** How much of a point gives way to the shading where that is thick. */
export const FADE = 0.8

const POINT_VERTEX = `#version 300 es
precision highp float;
in vec2 place;
in float code;
in float state;
uniform vec4 box;
uniform vec3 camera;
uniform vec2 pane;
uniform float size;
uniform float rim;
uniform sampler2D palette;
uniform sampler2D shading;
uniform float isShaded;
uniform vec3 outside;
out vec4 colour;
out float ring;
void main() {
  vec2 at = (mix(box.xy, box.zw, place) - camera.xy) * camera.z / (pane * 0.5);
  gl_Position = vec4(at.x, -at.y, 0.0, 1.0);
  float isOut = step(state, 0.5);
  float isIn = step(1.5, state);
  gl_PointSize = isOut > 0.5 ? size * 0.75 : isIn > 0.5 ? size + rim : size;
  vec3 own = texelFetch(palette, ivec2(int(code + 0.5), 0), 0).rgb;
  colour = isOut > 0.5 ? vec4(outside, 0.45) : vec4(own, 1.0 - isShaded * (1.0 - isIn) * ${FADE} * smoothstep(0.2, 0.7, textureLod(shading, place, 0.0).r));
  ring = isIn > 0.5 ? (size > 3.0 ? size / (size + rim) : 0.01) : 2.0 + isOut;
}`

const POINT_FRAGMENT = `#version 300 es
precision highp float;
in vec4 colour;
in float ring;
uniform float size;
uniform float outlined;
uniform vec3 accent;
uniform vec3 text;
out vec4 result;
void main() {
  float d = length(gl_PointCoord - 0.5) * 2.0;
  float edge = size < 3.0 ? 1.0 : smoothstep(1.0, 1.0 - 2.0 / size, d);
  if (edge <= 0.0) discard;
  float line = abs(ring - 2.0) < 0.1 ? outlined * smoothstep(1.0 - 3.5 / size, 1.0 - 2.0 / size, d) : 0.0;
  vec3 shown = d > ring ? accent : mix(colour.rgb, text, line);
  result = vec4(shown * colour.a * edge, colour.a * edge);
}`

const SHADE_VERTEX = `#version 300 es
precision highp float;
in vec2 corner;
uniform vec4 box;
uniform vec3 camera;
uniform vec2 pane;
out vec2 at;
void main() {
  at = corner;
  vec2 to = (mix(box.xy, box.zw, corner) - camera.xy) * camera.z / (pane * 0.5);
  gl_Position = vec4(to.x, -to.y, 0.0, 1.0);
}`

const SHADE_FRAGMENT = `#version 300 es
precision highp float;
in vec2 at;
uniform sampler2D shading;
uniform vec3 shade;
out vec4 result;
void main() {
  float thick = texture(shading, at).r;
  float alpha = thick * 0.85;
  result = vec4(shade * alpha, alpha);
}`

/** The larger the fewer there are: device-independent px. */
export function pointSize(n: number, zoom: number): number {
  const base =
    n > 100_000 ? 1.6 : n > 30_000 ? 2.2 : n > 5000 ? 3.2 : n > 1000 ? 5 : n > 100 ? 8 : 11
  return Math.min(14, base * Math.min(3, zoom ** 0.25))
}

/**
 * Draws points and the shading below them. twgl makes programs and buffers without building code from
 * text, which the window forbids.
 * @returns null where there is no WebGL 2
 */
export function createDrawing(canvas: HTMLCanvasElement): MapDrawing | null {
  const gl = canvas.getContext('webgl2', { antialias: false, alpha: false })
  if (!gl) return null
  const pointProgram = createProgramInfo(gl, [POINT_VERTEX, POINT_FRAGMENT])
  const shadeProgram = createProgramInfo(gl, [SHADE_VERTEX, SHADE_FRAGMENT])
  const palette = createTexture(gl, { width: 256, height: 1, min: gl.NEAREST, mag: gl.NEAREST })
  const shading = createTexture(gl, {
    ...{
      width: 1,
      height: 1,
      internalFormat: gl.R8,
      format: gl.RED,
      min: gl.LINEAR,
      mag: gl.LINEAR,
    },
    wrap: gl.CLAMP_TO_EDGE,
  })
  const corners = createBufferInfoFromArrays(gl, {
    corner: { numComponents: 2, data: new Float32Array([0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1]) },
  })
  const shadeArray = createVertexArrayInfo(gl, shadeProgram, corners)
  let points: Points | null = null
  let buffers: BufferInfo | null = null
  let array: VertexArrayInfo | null = null
  let look: Look | null = null

  function release(): void {
    if (!buffers?.attribs) return
    for (const { buffer } of Object.values(buffers.attribs)) gl?.deleteBuffer(buffer ?? null)
    if (array?.vertexArrayObject) gl?.deleteVertexArray(array.vertexArrayObject)
    buffers = null
    array = null
  }

  function begin(program: ProgramInfo, of: Points, camera: Camera, pane: Pane): void {
    gl?.useProgram(program.program)
    setUniforms(program, {
      box: of.box,
      camera: [camera.x, camera.y, camera.scale],
      pane: [pane.width, pane.height],
    })
  }

  return {
    setPoints(next, states) {
      release()
      points = next
      if (next.n > 0) {
        const place = new Uint16Array(2 * next.n)
        for (let i = 0; i < next.n; i++) {
          place[2 * i] = next.x[i] as number
          place[2 * i + 1] = next.y[i] as number
        }
        buffers = createBufferInfoFromArrays(gl, {
          place: { numComponents: 2, data: place, normalize: true },
          code: { numComponents: 1, data: next.colours, normalize: false },
          state: { numComponents: 1, data: states, normalize: false },
        })
        array = createVertexArrayInfo(gl, pointProgram, buffers)
      }
      if (next.view.cells > 0) {
        const { cells } = next.view
        setTextureFromArray(gl, shading, next.shading, {
          ...{ width: cells, height: cells, internalFormat: gl.R8, format: gl.RED },
          ...{ type: gl.UNSIGNED_BYTE, min: gl.LINEAR, mag: gl.LINEAR },
        })
      }
    },

    setStates(states) {
      const buffer = buffers?.attribs?.['state']?.buffer
      if (!buffer) return
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer)
      gl.bufferSubData(gl.ARRAY_BUFFER, 0, states)
    },

    setLook(next) {
      look = next
      setTextureFromArray(gl, palette, next.palette, {
        ...{ width: 256, height: 1, min: gl.NEAREST, mag: gl.NEAREST },
      })
    },

    draw(camera, pane, ratio) {
      if (!look) return
      gl.viewport(0, 0, canvas.width, canvas.height)
      gl.clearColor(...look.ground, 1)
      gl.clear(gl.COLOR_BUFFER_BIT)
      if (!points) return
      gl.enable(gl.BLEND)
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
      if (points.view.cells > 0) {
        begin(shadeProgram, points, camera, pane)
        setUniforms(shadeProgram, { shading, shade: look.shade })
        gl.bindVertexArray(shadeArray.vertexArrayObject ?? null)
        drawBufferInfo(gl, shadeArray)
      }
      if (!array) return
      begin(pointProgram, points, camera, pane)
      const zoom = camera.scale / Math.max(1, Math.min(pane.width, pane.height))
      const size = pointSize(points.n, zoom)
      setUniforms(pointProgram, {
        ...{ palette, shading, accent: look.accent, outside: look.outside, text: look.text },
        isShaded: points.view.cells > 0 ? 1 : 0,
        outlined: size >= OUTLINED ? OUTLINE : 0,
        size: size * ratio,
        rim: RIM * ratio,
      })
      gl.bindVertexArray(array.vertexArrayObject ?? null)
      drawBufferInfo(gl, array, gl.POINTS)
      gl.bindVertexArray(null)
    },

    free() {
      release()
      gl.getExtension('WEBGL_lose_context')?.loseContext()
    },
  }
}
