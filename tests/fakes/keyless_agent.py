"""The agent without a key, asked in writing: instructions and tools as a call has them, and no sound."""

from typing import Any

from agents.persona import Persona
from agents.tools import ToolContext
from engine.demo.guide_model import GuideModel
from engine.llm.language_model import Prompt, TextPiece, ToolCall
from engine.session.items import Item
from engine.session.session_config import FunctionTool
from tests.fakes.no_database import NO_DATABASE

MAX_TOOL_CALLS = 3


async def answer_to(persona: Persona, question: str) -> str:
    """Return what the agent says to a typed question."""
    spec = persona.session(for_engine=True)
    tools = [FunctionTool.model_validate(tool) for tool in spec.tools]
    content = [{"type": "input_text", "text": question}]
    items: list[Item] = [{"id": "u", "type": "message", "role": "user", "content": content}]
    for number in range(MAX_TOOL_CALLS):
        prompt = Prompt(spec.instructions, items, tools, "auto", persona.language, explained=False)
        piece = await anext(GuideModel().reply(prompt))
        if isinstance(piece, TextPiece):
            return piece.text
        output = await _output(persona, piece)
        items += [
            {
                "id": f"f{number}",
                "type": "function_call",
                "name": piece.name,
                "call_id": "c",
                "arguments": "{}",
            },
            {"id": f"o{number}", "type": "function_call_output", "call_id": "c", "output": output},
        ]
    raise AssertionError(f"the agent only calls tools: {question}")


async def _output(persona: Persona, call: ToolCall) -> str:
    tool = persona.tools[call.name]
    arguments: dict[str, Any] = call.arguments
    return await tool.run(ToolContext("call", NO_DATABASE), tool.arguments(**arguments))
