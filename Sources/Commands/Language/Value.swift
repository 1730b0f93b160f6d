import Gemma
