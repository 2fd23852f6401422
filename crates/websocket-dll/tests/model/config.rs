//! How one handle is set up.

use websocket_testkit::{Block, Endpoint, Property, Role};

use crate::reference::Rules;
use crate::rng::Rng;

/// The properties of a handle, and what follows from them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Config {
    pub(crate) role: Role,
    pub(crate) receive_buffer: u32,
    pub(crate) send_buffer: u32,
    pub(crate) disable_masking: bool,
    pub(crate) disable_utf8: bool,
    /// Size and misalignment of the block, if the caller gives one.
    pub(crate) block: Option<(usize, usize)>,
}

impl Config {
    pub(crate) fn random(role: Role, rng: &mut Rng) -> Self {
        let receive_buffer = match rng.below(10) {
            0..5 => rng.range(256, 600),
            5..8 => rng.range(256, 5000),
            8 => 4096,
            _ => rng.range(256, 65_536),
        };
        let send_buffer = match rng.below(10) {
            0..2 => rng.range(16, 32),
            2..4 => rng.range(100, 300),
            4..8 => rng.range(256, 5000),
            8 => 4096,
            _ => rng.range(16, 65_536),
        };
        let spare = match rng.percent(70) {
            true => 0,
            false => rng.below(300),
        };
        Self {
            role,
            receive_buffer: receive_buffer as u32,
            send_buffer: send_buffer as u32,
            disable_masking: rng.percent(20),
            disable_utf8: rng.percent(5),
            block: rng
                .percent(70)
                .then(|| (receive_buffer + send_buffer + 144 + spare, rng.below(8))),
        }
    }

    /// The guarded block, if there is one.
    pub(crate) fn new_block(&self) -> Option<Block> {
        self.block
            .map(|(size, misalignment)| Block::new(size, misalignment))
    }

    /// A new handle.
    pub(crate) fn create(&self, block: Option<&Block>, rng: &mut Rng) -> Endpoint {
        let mut properties = vec![
            Property::ReceiveBuffer(self.receive_buffer),
            Property::SendBuffer(self.send_buffer),
        ];
        if self.disable_masking || rng.percent(10) {
            properties.push(Property::DisableMasking(self.disable_masking));
        }
        if self.disable_utf8 {
            properties.push(Property::DisableUtf8(true));
        }
        properties.extend(block.map(Property::Allocated));
        let middle = rng.below(properties.len());
        properties.rotate_left(middle);
        Endpoint::create(self.role, &properties).expect("a handle")
    }

    /// Frames of this handle are masked into its send area, and cut to fit it.
    pub(crate) fn copies(&self) -> bool {
        self.role == Role::Client && !self.disable_masking
    }

    /// Most payload bytes of one frame that is copied (section 4, "Framing out").
    pub(crate) fn room(&self) -> usize {
        let size = self.send_buffer as usize;
        if size < 142 {
            (size - 6).min(125)
        } else {
            size - 16
        }
    }

    /// What this handle takes from its peer.
    pub(crate) fn rules(&self) -> Rules {
        Rules {
            masked: self.role == Role::Server,
            unmasked: self.role == Role::Client || self.disable_masking,
            utf8: !self.disable_utf8,
        }
    }
}
