import { defineConfig } from 'eslint/config'
import globals from 'globals'
import prettier from 'eslint-config-prettier'
import tseslint from 'typescript-eslint'
import vue from 'eslint-plugin-vue'
import { relative, sep } from 'node:path'
import { judgeImport } from './test/layers.ts'

/** The layers as a lint rule; test/layers.test.ts checks the same table over all files. */
const layers = {
  rules: {
    imports: {
      meta: { type: 'problem', schema: [] },
      create(context) {
        const file = relative(`${import.meta.dirname}/src`, context.filename)
          .split(sep)
          .join('/')
        const check = (node) => {
          if (typeof node.source?.value !== 'string') return
          const message = judgeImport(file, node.source.value)
          if (message !== null) context.report({ node: node.source, message })
        }
        return {
          ImportDeclaration: check,
          ImportExpression: check,
          ExportNamedDeclaration: check,
          ExportAllDeclaration: check,
        }
      },
    },
  },
}

export default defineConfig(
  {
    ignores: [
      'node_modules',
      'out',
      'dist',
      '.setup',
      'resources',
      'test/fixtures',
      'test-results',
    ],
  },
  ...tseslint.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.vue'] } },
  },
  {
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'vue/multi-word-component-names': 'off',
    },
  },
  {
    files: ['**/*.config.{js,ts}', '**/*.vue', '**/*.d.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  { files: ['src/**/*.{ts,vue}'], plugins: { layers }, rules: { 'layers/imports': 'error' } },
  prettier,
)
