export default { docs: ['intro', 'api/calls'] };
